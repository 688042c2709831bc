/** A coin whose naming or numbers break a naive reader. What is left out is invented as for any other coin. */
export interface OddCoin {
  slug: string;
  symbol: string;
  name: string;
  priceUsd?: number;
  circulatingSupply?: number;
}

/** Every kind of oddity that was counted in real answers, at least once. */
export const oddCoins: readonly OddCoin[] = [
  // Symbols that spreadsheets, YAML or a dataframe take for something else.
  { slug: 'nanny-token', symbol: 'NAN', name: 'Nanny Token' },
  { slug: 'infinity-drops', symbol: 'INF', name: 'Infinity Drops' },
  { slug: 'true-tales', symbol: 'TRUE', name: 'True Tales' },
  { slug: 'not-assigned', symbol: 'N/A', name: 'Not Assigned' },
  { slug: 'null-island', symbol: 'NULL', name: 'Null Island' },
  { slug: 'onward', symbol: 'ON', name: 'Onward' },
  { slug: 'forty-two', symbol: '42', name: '42' },
  { slug: 'triple-zero', symbol: '000', name: 'Triple Zero' },
  { slug: 'one-e-five', symbol: '1E5', name: 'One E Five' },
  { slug: 'equals-sum', symbol: '=SUM', name: '=SUM(A1:A9)' },
  { slug: 'dollar-dollar', symbol: '$$$', name: 'Dollar Dollar' },
  // Symbols and names beyond ASCII.
  { slug: 'lao-ban', symbol: '老板', name: '老板币' },
  { slug: 'red-green', symbol: '🟥🟩', name: 'Red Green 🟥🟩' },
  { slug: 'cyrillic-coin', symbol: 'ВТС', name: 'Віtсоіn' },
  { slug: 'eszett', symbol: 'STRASSE', name: 'Straße' },
  { slug: 'right-to-left', symbol: 'RTL', name: 'عملة' },
  // Ids that are no slugs.
  { slug: '_', symbol: 'UNDER', name: '_' },
  { slug: '-10', symbol: 'MINUS', name: 'Minus Ten' },
  { slug: '1move token', symbol: '1MT', name: '1Move Token' },
  { slug: 'boringdao-[old]', symbol: 'BOR', name: 'BoringDAO [OLD]' },
  { slug: '0', symbol: 'ZERO', name: 'Zero' },
  // Names that must be quoted, trimmed or looked at twice.
  { slug: 'zero-width-wonder', symbol: 'ZWW', name: 'Zero\u200bWidth\u200b Wonder\u200b' },
  { slug: 'trailing-blank', symbol: 'TRAIL', name: 'Trailing Blank ' },
  { slug: 'example-ave', symbol: 'REAL-EXAMPLE-AVE', name: 'Estate Token - 12 Example Ave, Springfield' },
  { slug: 'quoted-inu', symbol: 'QINU', name: '"Quoted" Inu, the "Second"' },
  { slug: 'apostrophe', symbol: "O'C", name: "O'Coin" },
  { slug: 'tab-and-break', symbol: 'TAB', name: 'Tab\tand Break' },
  { slug: 'markup', symbol: '<B>', name: '<b>Bold</b> & Brave' },
  { slug: 'back-slash', symbol: 'BS\\', name: 'Back\\slash' },
  {
    slug: 'a-very-long-name',
    symbol: 'AVERYLONGSYMBOLTHATGOESONANDON',
    name: 'A Very Long Name That Goes On And On Until Every Column Of Every Table Is Too Narrow For It',
  },
  // Numbers at the ends of what was seen.
  { slug: 'dust', symbol: 'DUST', name: 'Dust', priceUsd: 1e-11, circulatingSupply: 9.2e14 },
  { slug: 'more-dust', symbol: 'DUST', name: 'More Dust', priceUsd: 3.7e-10, circulatingSupply: 4.2e14 },
  { slug: 'single-piece', symbol: 'PIECE', name: 'Single Piece', priceUsd: 99_500, circulatingSupply: 1 },
  { slug: 'no-supply', symbol: 'NOS', name: 'No Supply', priceUsd: 0.25, circulatingSupply: 0 },
];
