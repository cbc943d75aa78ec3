/** Scripts in everyday use, by their Unicode names: UAX #31, tables 5 (recommended) and 7 (limited use). */
const SCRIPTS_IN_USE = [
  'Adlam',
  'Arabic',
  'Armenian',
  'Balinese',
  'Bamum',
  'Batak',
  'Bengali',
  'Bopomofo',
  'Canadian_Aboriginal',
  'Chakma',
  'Cham',
  'Cherokee',
  'Cyrillic',
  'Devanagari',
  'Ethiopic',
  'Georgian',
  'Greek',
  'Gujarati',
  'Gurmukhi',
  'Han',
  'Hangul',
  'Hebrew',
  'Hiragana',
  'Javanese',
  'Kannada',
  'Katakana',
  'Kayah_Li',
  'Khmer',
  'Lao',
  'Latin',
  'Lepcha',
  'Limbu',
  'Lisu',
  'Malayalam',
  'Mandaic',
  'Meetei_Mayek',
  'Miao',
  'Mongolian',
  'Myanmar',
  'New_Tai_Lue',
  'Newa',
  'Nko',
  'Nyiakeng_Puachue_Hmong',
  'Ol_Chiki',
  'Oriya',
  'Osage',
  'Saurashtra',
  'Sinhala',
  'Sundanese',
  'Syloti_Nagri',
  'Syriac',
  'Tai_Le',
  'Tai_Tham',
  'Tai_Viet',
  'Tamil',
  'Telugu',
  'Thaana',
  'Thai',
  'Tibetan',
  'Tifinagh',
  'Vai',
  'Wancho',
  'Yi',
];

/**
 * Scripts that one language is written with together, and Latin beside them: UTS #39 §5.2, "highly
 * restrictive".
 */
const SCRIPTS_WRITTEN_TOGETHER = [
  ['Latin', 'Han', 'Hiragana', 'Katakana'],
  ['Latin', 'Han', 'Bopomofo'],
  ['Latin', 'Han', 'Hangul'],
];

const WRITING_SYSTEMS = [...SCRIPTS_IN_USE.map((script) => [script]), ...SCRIPTS_WRITTEN_TOGETHER].map(
  (scripts) =>
    new RegExp(`^[${[...scripts, 'Common', 'Inherited'].map((s) => `\\p{scx=${s}}`).join('')}]*$`, 'u'),
);

/**
 * Whether all letters belong to one writing system (UTS #39 §5.2). Punctuation, digits and symbols that every
 * script shares are free. It is what tells `paypal` with a Cyrillic а from the real one; a name that is
 * wholly in another script is left to its owner.
 */
export function isInOneWritingSystem(text: string): boolean {
  return WRITING_SYSTEMS.some((system) => system.test(text));
}
