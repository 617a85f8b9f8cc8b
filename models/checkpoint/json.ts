/** @file JSON as checkpoints hold it: parsed strictly enough for files from strangers, and written one way so that equal content hashes alike. */
import { AppError } from '../../core/api/errors.ts';
import { listing, quoted } from './listing.ts';

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export type JsonObject = { readonly [key: string]: Json };

/** Configurations nest 5 deep. The limit keeps recursive readers of the value safe. */
const maxDepth = 64;

/**
 * The object that `text` holds. Throws `model-invalid` if it is not JSON, not an object, nested past any use, or, with `unique`, if an object
 * has a key twice: `JSON.parse` would take the last one in silence.
 */
export function parseObject(text: string, source: string, options?: { unique?: boolean }): JsonObject {
  const value = parse(text, source);
  if (!isObject(value)) throw new AppError('model-invalid', `${source} should hold a JSON object and holds ${kindOf(value)}.`);
  const { depth, repeated } = survey(text);
  if (depth > maxDepth)
    throw new AppError('model-invalid', `${source} is nested ${depth} deep; no checkpoint needs more than ${maxDepth}.`);
  if (options?.unique && repeated.length > 0) {
    throw new AppError('model-invalid', `${source} names the same key twice:${listing(repeated.map(quoted))}`);
  }
  return value;
}

function parse(text: string, source: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw new AppError('model-invalid', `${source} is not valid JSON. It is damaged, or not what its name says.`, { cause });
  }
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(value: Json): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}

/** Walks text that is known to be JSON: how deep it nests, and which keys an object has more than once. */
function survey(text: string): { depth: number; repeated: string[] } {
  const repeated = new Set<string>();
  const open: (Set<string> | undefined)[] = []; // the keys of each open object, undefined for a list
  let depth = 0;
  let atKey = false;
  for (let i = 0; i < text.length; i++) {
    switch (text[i]) {
      case '{':
      case '[':
        open.push(text[i] === '{' ? new Set() : undefined);
        atKey = text[i] === '{';
        depth = Math.max(depth, open.length);
        break;
      case '}':
      case ']':
        open.pop();
        break;
      case ',':
        atKey = open.at(-1) !== undefined;
        break;
      case '"': {
        const end = endOfString(text, i);
        const keys = open.at(-1);
        if (atKey && keys) {
          const key = JSON.parse(text.slice(i, end)) as string;
          if (keys.has(key)) repeated.add(key);
          keys.add(key);
          atKey = false;
        }
        i = end - 1;
      }
    }
  }
  return { depth, repeated: [...repeated] };
}

/** The place after the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  let i = start + 1;
  while (text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
  return i + 1;
}

/** The value with the keys of every object sorted and no white space. */
export function canonicalJson(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (!isObject(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`).join(',')}}`;
}
