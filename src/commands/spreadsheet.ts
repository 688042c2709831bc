/** A cell that a spreadsheet would run as a formula is shown as the text it is. */
export const guardCell = (cell: string | number): string | number =>
  typeof cell === 'string' && /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
