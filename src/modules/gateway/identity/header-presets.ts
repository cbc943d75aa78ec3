/** Dialects of plain identity headers. An upstream that trusts one must be reachable through the gateway alone. */
export const HEADER_PRESETS = ['kong', 'oauth2-proxy', 'authelia'] as const;
export type HeaderPreset = (typeof HEADER_PRESETS)[number];
