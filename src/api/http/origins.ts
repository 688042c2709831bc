/** Whether a page of this origin may ask from a browser. */
export type IsAllowedOrigin = (origin: string) => boolean;

export const createAllowedOrigins = (origins: readonly string[]): IsAllowedOrigin => {
  const all = origins.includes('*');
  const named = new Set(origins);
  return (origin) => all || named.has(origin);
};
