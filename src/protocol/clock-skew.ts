/** How far the clocks of issuer and resource server may differ. Seconds. */
export const CLOCK_SKEW = 5;
