/**
 * @file From a picture to its vector: the likely names' vectors, mixed (ConSE), what people and single objects add, features and colours.
 * Reference: Norouzi et al., "Zero-shot learning by convex combination of semantic embeddings", arXiv 1312.5650.
 */
import type { PictureFindings, PictureInput } from '../../core/indexing/embedder.ts';
import type { Raster, SizedRequest } from '../../pixels/raster.ts';
import { render } from '../../pixels/resample.ts';
import { animalShare, type Classified, type Classifier, classifierRaster, mixture } from './classifier.ts';
import { colourRaster, pictureColours } from './colours.ts';
import { cropBoxes, cropRaster, cut } from './crops.ts';
import { type FaceDetector, faceRaster } from './faces.ts';
import type { Labels } from './labels.ts';
import { type DetectedObject, type ObjectDetector, objectRaster } from './objects.ts';
import { countPeople, peopleDirection } from './people.ts';
import { addScaled, norm, unit } from './vector.ts';

const fastRasters: readonly SizedRequest[] = [classifierRaster, colourRaster, faceRaster];
const thoroughRasters: readonly SizedRequest[] = [...fastRasters, objectRaster, cropRaster];

export function rastersOf(pass: 'fast' | 'thorough'): readonly SizedRequest[] {
  return pass === 'thorough' ? thoroughRasters : fastRasters;
}

/** How much one object's own look counts, relative to the whole picture. */
const cropWeight = 0.5;

export type PictureParts = {
  readonly labels: Labels;
  readonly classifier: Classifier;
  readonly faces: FaceDetector;
  /** Only in the thorough pass. */
  readonly objects?: ObjectDetector;
  readonly personVectors: Float32Array;
};

export type SeenPicture = {
  readonly text: Float32Array;
  readonly features: Float32Array;
  readonly colours: Float32Array;
  readonly classified: Classified;
  readonly findings: PictureFindings;
};

/** The rasters have been checked against `rastersOf`. */
export async function seePicture(parts: PictureParts, picture: PictureInput): Promise<SeenPicture> {
  const { labels, classifier, personVectors } = parts;
  const [whole, small, forFaces, forObjects, forCrops] = picture.rasters as [Raster, Raster, Raster, Raster?, Raster?];
  const classified = await classifier.classify(whole);
  const faces = await parts.faces.detect(forFaces, picture);
  const objects: DetectedObject[] = forObjects && parts.objects ? await parts.objects.detect(forObjects, picture) : [];
  const persons = objects.filter(({ isPerson }) => isPerson);
  const people = countPeople(faces, persons, animalShare(classified), picture);

  const sum = mixture(classified, labels);
  const length = norm(sum);
  if (people.count > 0) addScaled(sum, peopleDirection(personVectors, people), length * people.strength);
  if (forCrops) {
    for (const box of cropBoxes(objects, picture)) {
      if (box.isPerson && people.count > 0) continue;
      const closer = await classifier.classify(render(cut(forCrops, box, picture), classifierRaster));
      addScaled(sum, unit(mixture(closer, labels)), length * cropWeight);
    }
  }
  return {
    text: labels.centre(sum),
    features: classified.features,
    colours: pictureColours(small),
    classified,
    findings: { words: wordsOf(classified, labels), people: people.count },
  };
}

function wordsOf({ top, probabilities }: Classified, labels: Labels): PictureFindings['words'] {
  return top.map((label) => ({ text: labels.names[label] ?? '', probability: probabilities[label] ?? 0 }));
}
