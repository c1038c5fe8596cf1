import ipaddr from "ipaddr.js";

/** A range of addresses as it is kept: an address is a range of one; null for what is neither. */
export const normalRange = (text: string): string | null => {
  const given = text.trim();
  if (!given.includes("/")) {
    if (!ipaddr.isValid(given)) return null;
    const address = ipaddr.process(given);
    return `${address.toString()}/${address.kind() === "ipv4" ? 32 : 128}`;
  }
  if (!ipaddr.isValidCIDR(given)) return null;
  const [address, bits] = ipaddr.parseCIDR(given);
  const { IPv4, IPv6 } = ipaddr;
  const network = address.kind() === "ipv4" ? IPv4.networkAddressFromCIDR(given) : IPv6.networkAddressFromCIDR(given);
  return `${network.toString()}/${bits}`;
};

/** Whether an address lies in one of the ranges; an IPv4 address in IPv6's clothes counts as IPv4. */
export const isInRanges = (ip: string, ranges: readonly string[]): boolean => {
  if (!ipaddr.isValid(ip)) return false;
  const address = ipaddr.process(ip);
  return ranges.some((range) => {
    const [network, bits] = ipaddr.parseCIDR(range);
    return network.kind() === address.kind() && address.match(network, bits);
  });
};
