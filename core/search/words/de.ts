/** @file German, with its cases: letzten Sommer, im letzten Sommer, vor einem Jahr. */
import type { Vocabulary } from './vocabulary.ts';

const weekdayBefore = '(?:(?:am\\s+)?{weekday},?\\s+(?:de[nm]\\s+)?|am\\s+)?';
const noYear = '(?!\\.?\\s*\\d{4})';
const through = '(?:[-\u2013\u2014]|bis(?:\\s+zum)?|und(?:\\s+dem)?)';
const plural = '(?!(?:wochen|monaten?|jahren?)(?!\\p{L}))';

export const de: Vocabulary = {
  months: [
    ['jan(?:uar)?|j(?:ä|ae)nner', 1],
    ['feb(?:ruar|er)?', 2],
    ['m(?:ä|ae)rz|mär|mrz', 3],
    ['apr(?:il)?', 4],
    ['mai', 5],
    ['juni?', 6],
    ['juli?', 7],
    ['aug(?:ust)?', 8],
    ['sep(?:t|tember)?', 9],
    ['okt(?:ober)?', 10],
    ['nov(?:ember)?', 11],
    ['dez(?:ember)?', 12],
  ],
  seasons: [
    ['frühlings?|frühjahrs?|fruehlings?|fruehjahrs?', 3],
    ['sommers?', 6],
    ['herbst(?:es)?', 9],
    ['winters?', 12],
  ],
  weekdays: [
    ['montag', 1],
    ['dienstag', 2],
    ['mittwoch', 3],
    ['donnerstag', 4],
    ['freitag', 5],
    ['samstag|sonnabend', 6],
    ['sonntag', 7],
  ],
  feasts: [
    ['weihnachten', [24, 26]],
    ['heilig(?:er\\s+abend|abend)', [24, 24]],
  ],
  units: [
    ['tage?n?', 'day'],
    ['wochen?', 'week'],
    ['wochenendes?', 'weekend'],
    ['monat(?:en?|s)?', 'month'],
    ['jahr(?:en?|es)?', 'year'],
  ],
  counts: [
    ['eine[mrn]?', 1],
    ['zwei', 2],
    ['drei', 3],
    ['vier', 4],
    ['fünf|fuenf', 5],
    ['sechs', 6],
    ['sieben', 7],
    ['acht', 8],
    ['neun', 9],
    ['zehn', 10],
    ['elf', 11],
    ['zwölf|zwoelf', 12],
  ],
  recent: [
    ['diese[mnrs]?', 0],
    ['(?:letzt|vorig|vergangen)e[mnrs]?', 1],
    ['vorletzte[mnrs]?', 2],
  ],
  pastYears: [
    ['diese[mns]\\s+jahr(?:es)?', 0],
    ['(?:letzt|vorig|vergangen)e[mns]\\s+jahr(?:es)?', 1],
    ['vorletzte[mns]\\s+jahr(?:es)?', 2],
  ],
  pastDays: [
    ['heute', 0],
    ['gestern', 1],
    ['vorgestern', 2],
  ],
  forms: {
    month: ['{month}\\.?\\s+{year}', '{month}\\s+{pastYear}', '{pastYear}\\s+im\\s+{month}'],
    bareMonth: [`{month}\\.?${noYear}`],
    day: [
      `${weekdayBefore}{day}\\.\\s*{month}\\.?\\s*{year}`,
      `${weekdayBefore}{day}\\.\\s*{month}\\s+{pastYear}`,
      `${weekdayBefore}{day}\\.\\s*{month}${noYear}`,
      `${weekdayBefore}{day}\\s+{month}\\.?\\s+{year}`,
      `${weekdayBefore}{day}\\.\\s?{monthNumber}\\.\\s?{year}`,
      `am\\s+{day}\\.\\s?{monthNumber}\\.${noYear}`,
    ],
    days: [
      `(?:zwischen\\s+(?:dem\\s+)?)?{day}\\.?\\s*${through}\\s*{lastDay}\\.\\s*{month}\\.?\\s+{year}`,
      `(?:zwischen\\s+(?:dem\\s+)?)?{day}\\.?\\s*${through}\\s*{lastDay}\\.\\s*{month}${noYear}`,
    ],
    season: ['{season}\\s+{year}(?:/(?:\\d\\d)?\\d\\d)?', '{season}\\s+{pastYear}', '{pastYear}\\s+im\\s+{season}'],
    recentSeason: ['{recent}\\s+{season}'],
    decade: [
      '(?:die\\s+|den\\s+|der\\s+)?{decade}0ern?(?:[\\s-]jahren?)?',
      "(?:die|den|der)\\s+'?{tens}0ern?(?:[\\s-]jahren?)?",
      '{tens}0er[\\s-]jahren?',
    ],
    calendar: [`{recent}\\s+${plural}{unit}`],
    many: ['(?:(?:die|den|der)\\s+)?(?:letzt|vergangen)en\\s+{count}\\s+{unit}'],
    ago: ['vor\\s+{count}\\s+{unit}'],
    pastDay: ['{pastDay}(?!-\\p{L})'],
    weekday: [
      'am\\s+{weekday}',
      '(?:am\\s+)?{recent}\\s+{weekday}',
      '{recent}\\s+{unit}\\s+(?:am\\s+)?{weekday}',
      '(?:am\\s+)?{weekday}\\s+{recent}\\s+{unit}',
    ],
    feast: [
      '(?:(?:an|zu|über)\\s+)?{feast}\\s+{year}',
      '(?:(?:an|zu|über)\\s+)?{recent}\\s+{feast}',
      '{feast}\\s+{pastYear}',
      '{pastYear}\\s+(?:(?:an|zu|über)\\s+)?{feast}',
    ],
  },
  leads: [
    ['(?:im|in|vom|von|aus|während)(?:\\s+de[mnrs])?(?:\\s+jahr(?:en?|es)?)?', 'at'],
    ['(?:im\\s+|am\\s+)?(?:letzt|vorig|vergangen|dies)e[mnrs]?', 'at'],
    ['(?:seit|ab)(?:\\s+de[mnr])?(?:\\s+jahr)?', 'since'],
    ['nach(?:\\s+de[mnr])?(?:\\s+jahr)?', 'after'],
    ['vor(?:\\s+de[mnr])?(?:\\s+jahr)?', 'before'],
    ['bis(?:\\s+(?:zum|zur|in|einschließlich))?(?:\\s+jahr)?', 'until'],
  ],
  trails: [],
  spans: [
    { opening: 'zwischen(?:\\s+de[mnr])?', joint: '\\s+und\\s+(?:de[mnr]\\s+)?', must: 'opening' },
    {
      opening: '(?:vom|von|ab|seit|in)(?:\\s+de[mnr])?',
      joint: '\\s+bis\\s+(?:(?:zum|zur|in|einschließlich)\\s+)?|\\s*[-\u2013\u2014]\\s*',
    },
  ],

  people: ['{number}\\s+(?:personen?|leuten?|menschen?)'],
  pictures: '(?:\\s+|-)(?:fotos?|photos?|bild(?:er|ern)?|datei(?:en)?|aufnahmen?)',
  joints: '\\s+(?:und|oder)\\s+',
  stuck: '',
  orientations: [
    ['(?:im\\s+)?hochformat', 'portrait'],
    ['(?:im\\s+)?querformat', 'landscape'],
  ],
  keys: {
    ordner: 'folder',
    von: 'from',
    bis: 'to',
    datum: 'date',
    typ: 'type',
    format: 'type',
    kamera: 'camera',
    ausrichtung: 'orientation',
    personen: 'people',
    bewertung: 'rating',
    markiert: 'starred',
    sammlung: 'collection',
    ort: 'place',
  },
  values: { ja: 'yes', nein: 'no', hochformat: 'portrait', querformat: 'landscape', quadratisch: 'square' },
};
