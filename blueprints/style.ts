/** How generated sources are formatted, as Biome is told of it: https://biomejs.dev/reference/configuration/ */
export const style = {
  formatter: { indentStyle: 'space', lineWidth: 120 },
  javascript: { formatter: { quoteStyle: 'single' } },
} as const;
