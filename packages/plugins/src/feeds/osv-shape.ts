/** The part of OSV's schema that a feed of another shape writes; `A` is an element of `affected`. */
export interface OsvShape<A> {
  readonly schema_version: "1.7.0";
  readonly id: string;
  readonly modified: string;
  readonly published?: string;
  readonly aliases: readonly string[];
  readonly summary?: string;
  readonly affected: readonly A[];
  readonly database_specific: { readonly derived_from: string };
}
