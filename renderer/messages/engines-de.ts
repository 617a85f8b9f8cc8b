/** @file German: what each engine of the catalogue is and cannot do, by its id. */
import type { Messages } from './messages.ts';

const arithmetic =
  'Ein Bild mit Änderung wird durch Vektorarithmetik gesucht, Bild und Wörter werden addiert. E5-V liest beides zusammen und kann das besser.';
const noReading = 'Liest kaum Text in Bildern und von einem Text nur die ersten ein, zwei Sätze.';
const roughly = 'Die Gewichte wurden von anderen auf 8 Bit gerundet. Was das kostet, ist nicht veröffentlicht.';
const english = 'Versteht nur Englisch.';
const englishFirst = 'Versteht Englisch besser als alle anderen Sprachen.';
const seconds = 'Ohne Grafikkarte dauert ein Bild mehrere Sekunden.';
const lessThanSiglip = 'Findet weniger als ein SigLIP, vor allem, wenn es auf Einzelheiten ankommt.';
const slow = 'Ohne Grafikkarte dauert ein Bild von einer halben Minute bis zu mehreren Minuten, eine Suche mit Wörtern einige Sekunden.';
const untuned = 'Nicht auf Suche abgestimmt: findet weniger als E5-V, vor allem bei einem Bild mit Änderung.';
const smallAndUntuned = 'Klein und nicht auf Suche abgestimmt: Für die einfache Fotosuche ist ein SigLIP viel besser.';
const oneTile = 'Sieht das ganze Bild als ein Quadrat von 512 Pixeln: Kleiner Text in großen Bildern geht verloren.';

const all = (...limits: string[]): string => limits.join(' ');

export const enginesDe: Messages['engines']['described'] = {
  lite: {
    description:
      'Eingebaut. Benennt, was ein Bild zeigt, findet Farben und Menschen und vergleicht Wörter nach ihrer Bedeutung. Schnell auf jedem Computer.',
    limits: all(
      'Kennt tausend Namen, meist von Tieren und Dingen. Szenen, Orte und Handlungen sind geraten.',
      'Liest keinen Text in Bildern und versteht weder „ohne“ noch feine Unterschiede.',
      english,
    ),
  },
  e5v: {
    description:
      'Liest ein Bild wie ein Sprachmodell. Die richtige Wahl für ein Bild mit Änderung („das hier, aber nachts“), für Text in Bildern und für ganze Sätze.',
    limits: all(
      slow,
      'Bei der einfachen Fotosuche ist ein SigLIP von einem Zehntel der Größe etwa ebenso gut.',
      'Auf englische Sätze abgestimmt. Andere Sprachen versteht es so gut, wie Llama 3 sie zufällig kennt.',
    ),
  },
  'llava-1.6-mistral': {
    description: 'Dieselbe Art, Bilder zu lesen, mit klarer Lizenz: ein LLaVA ohne Abstimmung, mit den Prompts von E5-V.',
    limits: all(untuned, slow, englishFirst),
  },
  'phi-3-vision': {
    description:
      'Halb so groß wie E5-V, mit klarer Lizenz und denselben Prompts: liest Bilder mit Änderung und Text in Bildern, in bis zu 17 Kacheln.',
    limits: all(untuned, slow, englishFirst),
  },
  'smolvlm-256m': {
    description:
      'Das kleinste Modell, das Bild und Änderung zusammen liest: läuft auf jedem Laptop, um E5-V zu einem Bruchteil der Kosten auszuprobieren.',
    limits: all(smallAndUntuned, oneTile, englishFirst),
  },
  'smolvlm-500m': {
    description: 'Liest Bild und Änderung zusammen wie E5-V, auf einem Laptop. Doppelt so groß wie das kleinste.',
    limits: all(smallAndUntuned, oneTile, englishFirst),
  },
  'siglip2-base': {
    description:
      'Für Fotos der beste Anfang: findet mit Wörtern oder einem Bild so gut wie E5-V, zu einem Bruchteil der Kosten und in vielen Sprachen.',
    limits: all(arithmetic, noReading),
  },
  'siglip2-so400m': {
    description: 'Das größere SigLIP 2: feinere Unterschiede in Fotos, in vielen Sprachen.',
    limits: all(arithmetic, noReading, seconds),
  },
  'siglip-base': {
    description: 'Fotosuche mit Wörtern oder einem Bild, flott auf jedem Prozessor. Halb so großer Download wie SigLIP 2.',
    limits: all(arithmetic, noReading, english),
  },
  'siglip-so400m': {
    description: 'Findet von diesen Fotos mit englischen Wörtern am besten: besser als E5-V, das zehnmal so groß ist.',
    limits: all(arithmetic, noReading, english, seconds),
  },
  'clip-b32': {
    description: 'Die schnellste von diesen: Fotosuche mit Wörtern oder einem Bild auf jedem Prozessor, mit klarer Lizenz.',
    limits: all(arithmetic, lessThanSiglip, noReading, english),
  },
  'clip-l14': {
    description: 'Das CLIP von OpenAI, auf dem viele Werkzeuge aufbauen: um damit zu vergleichen oder mit denselben Vektoren zu suchen.',
    limits: all(arithmetic, 'Findet weniger als ein SigLIP von halber Größe.', noReading, english),
  },
  'siglip2-base-q8': {
    description: 'SigLIP 2 Base mit einem Viertel des Downloads: für kleine Festplatten und langsame Leitungen, in vielen Sprachen.',
    limits: all(arithmetic, roughly, noReading),
  },
  'clip-b32-q8': {
    description: 'Der kleinste Download, der Fotos im Großen und Ganzen kennt: für alte Rechner und zum Ausprobieren.',
    limits: all(arithmetic, roughly, lessThanSiglip, noReading, english),
  },
};
