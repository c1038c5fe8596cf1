/** The ecosystem of each component, by its number: two bytes each. */
export const createEcosystems = () => {
  const names: string[] = [];
  const numbers = new Map<string, number>();
  let column = new Uint16Array(0);
  return {
    set: (id: number, name: string): void => {
      let number = numbers.get(name);
      if (number === undefined) {
        number = names.push(name) - 1;
        numbers.set(name, number);
      }
      if (id >= column.length) {
        const former = column;
        column = new Uint16Array(Math.ceil((id + 1) * 1.5));
        column.set(former);
      }
      column[id] = number;
    },
    /** Its name's place in `names`. */
    at: (id: number): number => column[id] ?? 0,
    names: names as readonly string[],
  };
};
