/** Rewrites another system's notation into one that a scheme reads; `undefined` for any other text. */
export type NotationRewrite = (hash: string) => string | undefined;
