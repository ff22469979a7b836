/** A number that is lowered, as the figures write it: four digits, large ones as whole numbers. */
export function measureText(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e4 && size < 1e9) return Math.round(value).toLocaleString("en-US");
  return Number(value.toPrecision(4)).toString();
}
