interface Example {
  summary: string;
  value: object;
}

/** The `example` of an OpenAPI media type, or its `examples` where there are several to choose from. */
export function shownExamples(
  all: readonly Example[],
): { example: object | undefined } | { examples: Record<string, Example> } {
  if (all.length < 2) return { example: all[0]?.value };
  return { examples: Object.fromEntries(all.map((example) => [example.summary, example])) };
}
