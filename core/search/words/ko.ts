/**
 * @file Korean. Spaces are often left out and particles stick to what they follow: 지난여름에, 2020년부터.
 * A number with 월 is surely a month, so it needs no year; with 의 alone it is rather a title: 5월의 신부.
 */
import type { Vocabulary } from './vocabulary.ts';

const year = '(?:{year}년(?:도)?\\s*|{shortYear}년\\s*|{pastYear}\\s*|{year}\\s+)';
/** Its year is not said, or said where it cannot be: 2031년 7월, 올해 12월. */
const noYear = '(?<!(?:[년해]도?|\\d{4})\\s*)';
const weekday = '(?:\\s*{weekday})?';

export const ko: Vocabulary = {
  months: Array.from({ length: 12 }, (_, at) => [at < 9 ? `0?${at + 1}월` : `${at + 1}월`, at + 1] as const),
  seasons: [
    ['봄', 3],
    ['여름', 6],
    ['가을', 9],
    ['겨울', 12],
  ],
  weekdays: [...'월화수목금토일'].map((name, at) => [`${name}요일`, at + 1] as const),
  feasts: [
    ['크리스마스\\s*이브', [24, 24]],
    ['크리스마스|성탄절', [24, 25]],
  ],
  units: [
    ['일', 'day'],
    ['주일?', 'week'],
    ['주말', 'weekend'],
    ['개월|달', 'month'],
    ['년|해', 'year'],
  ],
  counts: [
    ['한|일', 1],
    ['두|이', 2],
    ['세|석|삼', 3],
    ['네|넉|사', 4],
    ['다섯|오', 5],
    ['여섯|육', 6],
    ['일곱|칠', 7],
    ['여덟|팔', 8],
    ['아홉|구', 9],
    ['열|십', 10],
  ],
  recent: [
    ['이번|올', 0],
    ['지난|저번|지난번', 1],
    ['지지난|저저번', 2],
  ],
  pastYears: [
    ['올해|금년|이번\\s*해', 0],
    ['작년|지난\\s*해', 1],
    ['재작년|지지난\\s*해', 2],
  ],
  pastDays: [
    ['오늘', 0],
    ['어제|하루\\s*전', 1],
    ['그저께|그제|이틀\\s*전', 2],
    ['사흘\\s*전', 3],
    ['나흘\\s*전', 4],
    ['열흘\\s*전', 10],
    ['보름\\s*전', 15],
  ],
  forms: {
    month: [`${year}{month}`],
    plainMonth: [`${noYear}{month}(?!의|\\s*\\d+일(?!간))`],
    day: [`${year}{month}\\s*{day}일${weekday}`, `${noYear}{month}\\s*{day}일${weekday}`],
    days: [
      `${year}{month}\\s*{day}일?\\s*(?:부터|에서|[-~\u2013\u2014])\\s*{lastDay}일(?:까지)?`,
      `${noYear}{month}\\s*{day}일?\\s*(?:부터|에서|[-~\u2013\u2014])\\s*{lastDay}일(?:까지)?`,
    ],
    season: [`${year}{season}`, '{season}\\s+{year}(?:년)?'],
    recentSeason: ['{recent}\\s*{season}'],
    decade: ['{decade}0년대', '{tens}0년대'],
    calendar: ['{recent}\\s*{unit}(?!\\s*\\d{1,2}월)'],
    many: ['(?:최근|지난)\\s*{count}\\s*{unit}(?:\\s*(?:동안|간))?'],
    ago: ['{count}\\s*{unit}\\s*전'],
    year: ['{year}년(?:도)?', '{pastYear}(?!\\s*\\d{1,2}월)'],
    pastDay: ['{pastDay}(?!의)'],
    weekday: ['{recent}\\s*{weekday}', '{recent}\\s*{unit}\\s*{weekday}'],
    feast: [`${year}{feast}`, '{feast}\\s+{year}(?:년)?', '{recent}\\s*{feast}'],
  },
  leads: [['지난', 'at']],
  trails: [
    ['부터|\\s*이후(?:로|에)?|\\s*이래(?:로)?', 'since'],
    ['\\s*(?:이전|전)(?:에|의)?', 'before'],
    ['\\s*까지(?:의)?', 'until'],
    ['\\s*(?:동안|중|쯤|경|무렵)(?:에|의)?|(?:에|엔)?\\s*(?:찍은|찍힌|촬영한)|에(?:는|도|만)?|엔|의|도|만|은|는|이|가|을|를|과|와', 'at'],
  ],
  spans: [
    { joint: '(?:과|와|하고|에서|부터)\\s+', closing: '\\s*사이(?:에|의)?', must: 'closing' },
    { joint: '(?:부터|에서)\\s*|\\s*[-~\u2013\u2014]\\s*', closing: '\\s*까지(?:의)?' },
  ],

  people: ['(?:사람\\s*)?{number}\\s*(?:명|사람)(?:이\\s*(?:있는|나온|나오는|찍힌)|이서|이|의|과|와|만|은|을)?'],
  pictures: '\\s*(?:사진|이미지|그림|파일)들?',
  joints: '(?:이?나|과|와|하고)\\s+|\\s+(?:또는|혹은|및)\\s+',
  stuck: '만|으로|로|은|는|이|가|을|를|의',
  orientations: [
    ['세로(?:형|\\s*방향)?\\s*(?:사진|이미지)들?(?:만|을|의)?|세로(?:형|\\s*방향)(?:만|으로|의|인)?', 'portrait'],
    ['가로(?:형|\\s*방향)?\\s*(?:사진|이미지)들?(?:만|을|의)?|가로(?:형|\\s*방향)(?:만|으로|의|인)?', 'landscape'],
    ['정사각형\\s*(?:사진|이미지)들?(?:만|을|의)?', 'square'],
  ],
  keys: {
    폴더: 'folder',
    부터: 'from',
    까지: 'to',
    날짜: 'date',
    형식: 'type',
    종류: 'type',
    카메라: 'camera',
    방향: 'orientation',
    사람: 'people',
    별점: 'rating',
    별표: 'starred',
    컬렉션: 'collection',
    위치: 'place',
  },
  values: { 예: 'yes', 네: 'yes', 아니요: 'no', 아니오: 'no', 세로: 'portrait', 가로: 'landscape', 정사각형: 'square' },
};
