/**
 * @file Korean particles that go by the sound before them: 을 after a consonant, 를 after a vowel.
 * Hangul says it itself (Unicode 3.12, syllable = 28 × … + final consonant); digits and Latin are taken as they are read aloud in Korean.
 */

export type Particle = '을/를' | '이/가' | '은/는' | '과/와' | '으로/로';

type Ending = 'vowel' | 'rieul' | 'consonant';

/** The one of the pair that follows the word; both, as `을(를)`, where nothing says how the word is read. */
export function particle(word: string, pair: Particle): string {
  const [closed = '', open = ''] = pair.split('/');
  const ending = endingOf(word);
  if (ending === undefined) return closed === '으로' ? '(으)로' : `${closed}(${open})`;
  // 로 also follows a ㄹ: 서울로.
  return ending === 'vowel' || (ending === 'rieul' && closed === '으로') ? open : closed;
}

export function withParticle(word: string, pair: Particle): string {
  return word + particle(word, pair);
}

function endingOf(word: string): Ending | undefined {
  // What stands in brackets is not read: 사진(원본)을 goes by 사진.
  const read = word.replace(/(?<=[\p{L}\p{N}].*)\s*\([^()]*\)\s*$/u, '').replace(/[^\p{L}\p{N}]+$/u, '');
  const last = read.at(-1) ?? '';
  if (last >= '가' && last <= '힣') return finals((last.charCodeAt(0) - 0xac00) % 28);
  if (last >= '0' && last <= '9') return digits[Number(last)];
  const latin = /[a-z]+$/iu.exec(read)?.[0] ?? '';
  if (latin === '') return undefined;
  return latin === latin.toUpperCase() && latin.length <= 4 && !spoken.has(latin) ? lettersEnding(last) : wordEnding(latin);
}

function finals(at: number): Ending {
  return at === 0 ? 'vowel' : at === 8 ? 'rieul' : 'consonant';
}

/** 영 일 이 삼 사 오 육 칠 팔 구; a round number ends in 십, 백, 천 or 만, all with a consonant as 영. */
const digits: readonly Ending[] = ['consonant', 'rieul', 'vowel', 'consonant', 'vowel', 'vowel', 'consonant', 'rieul', 'rieul', 'vowel'];

/** Capitals that are read as a word, not letter by letter. */
const spoken: ReadonlySet<string> = new Set(['CLIP', 'ZIP']);

/** Letter by letter: 엘, 알; 엠, 엔; all others end in a vowel. */
function lettersEnding(last: string): Ending {
  return /[LR]/u.test(last) ? 'rieul' : /[MN]/u.test(last) ? 'consonant' : 'vowel';
}

/** English as it is written in Hangul: Apple 애플, Qwen 큐웬, SigLIP 시그립, Trips 트립스, Lite 라이트. */
function wordEnding(word: string): Ending {
  if (/le?$/iu.test(word)) return 'rieul';
  if (/(?:[mn]e?|ng|[aeiou][bckpt])$/iu.test(word)) return 'consonant';
  return 'vowel';
}
