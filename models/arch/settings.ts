/**
 * @file Reads a model's config.json field by field: an omitted field takes the class default of the transformers library, a value that is not
 * supported is refused by its name with the choices. Every refusal is AppError 'model-invalid'.
 */
import { AppError } from '../../core/api/errors.ts';

/** Parsed JSON of which nothing is known yet. */
export type ConfigJson = Readonly<Record<string, unknown>>;

/** A configuration or a section of it, with what messages put before a field's name. */
export class Settings {
  readonly #fields: ConfigJson;
  readonly #path: string;

  constructor(fields: ConfigJson, path = '') {
    this.#fields = fields;
    this.#path = path;
  }

  /** As it stands; undefined where omitted. */
  get(name: string): unknown {
    return this.#fields[name];
  }

  /** An object inside; undefined if it is omitted or null. */
  section(name: string): Settings | undefined {
    const value = this.get(name) ?? undefined;
    if (value === undefined) return undefined;
    if (typeof value !== 'object' || Array.isArray(value)) throw this.refused(name, 'an object');
    return new Settings(value as ConfigJson, `${this.#path}${name}.`);
  }

  /** A whole number from 1. Here as below, null counts as omitted: the library writes it for what is not set. */
  count(name: string, omitted: number): number {
    const value = this.get(name) ?? omitted;
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) throw this.refused(name, 'a whole number from 1', value);
    return value;
  }

  /** A token's id: a whole number from 0. */
  token(name: string, omitted: number): number {
    const value = this.get(name) ?? omitted;
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw this.refused(name, 'a whole number from 0', value);
    return value;
  }

  positive(name: string, omitted: number): number {
    const value = this.get(name) ?? omitted;
    if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) throw this.refused(name, 'a number above 0', value);
    return value;
  }

  flag(name: string, omitted: boolean): boolean {
    const value = this.get(name) ?? omitted;
    if (typeof value !== 'boolean') throw this.refused(name, 'true or false', value);
    return value;
  }

  choice<T extends string>(name: string, allowed: readonly T[], omitted: T): T {
    const value = this.get(name) ?? omitted;
    const found = allowed.find((one) => one === value);
    if (found === undefined) throw this.refused(name, allowed.map((one) => `"${one}"`).join(', '), value);
    return found;
  }

  /** The error for a value that cannot be used. */
  refused(name: string, supported: string, value: unknown = this.get(name)): AppError {
    const text = JSON.stringify(value) ?? 'omitted';
    const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text;
    return new AppError('model-invalid', `config.json: ${this.#path}${name} is ${shown}. Supported: ${supported}.`);
  }
}
