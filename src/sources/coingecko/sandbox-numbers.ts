/** `undefined` rounds as the API does by default, null not at all, else to so many decimal places. */
export type Precision = number | null | undefined;

/** A price as the API writes it: whole above ten thousand and six digits below, unless asked for otherwise. */
export function writePrice(price: number, precision: Precision): number {
  if (precision === null) return price;
  if (precision !== undefined) return Number(price.toFixed(precision));
  return Math.abs(price) >= 10_000 ? Math.round(price) : Number(price.toPrecision(6));
}

/** A market cap or volume: whole, unless there is nothing whole about it. */
export function writeAmount(amount: number): number {
  return Math.abs(amount) >= 1 ? Math.round(amount) : Number(amount.toPrecision(6));
}

/** Percentages outside of `_in_currency` have five decimal places. */
export function writePercent(percent: number): number {
  return Number(percent.toFixed(5));
}
