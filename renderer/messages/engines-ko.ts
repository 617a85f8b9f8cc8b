/** @file Korean: what each engine of the catalogue is and cannot do, by its id. */
import type { Messages } from './messages.ts';

const arithmetic = '사진에 변경을 더한 검색은 사진과 말을 더하는 벡터 연산으로 해요. 둘을 함께 읽는 E5-V가 이것을 더 잘해요.';
const noReading = '사진 속 글자는 거의 읽지 못하고, 긴 글은 처음 한두 문장만 읽어요.';
const roughly = '다른 사람이 가중치를 8비트로 줄였고, 그로 인한 손실은 공개되지 않았어요.';
const english = '영어만 알아요.';
const englishFirst = '다른 언어보다 영어를 훨씬 잘 알아요.';
const seconds = '그래픽 카드가 없으면 사진 한 장에 몇 초가 걸려요.';
const lessThanSiglip = 'SigLIP보다 덜 찾아요. 세부가 중요할 때 특히 그래요.';
const slow = '그래픽 카드가 없으면 사진 한 장에 30초에서 몇 분, 말 검색에 몇 초가 걸려요.';
const untuned = '검색용으로 조정되지 않아 E5-V보다 덜 찾아요. 사진에 변경을 더할 때 특히 그래요.';
const smallAndUntuned = '검색용으로 조정되지 않은 작은 모델이에요. 평범한 사진 검색은 SigLIP이 훨씬 나아요.';
const oneTile = '사진 전체를 512픽셀 정사각형 하나로 보아서 큰 사진의 작은 글자는 놓쳐요.';

const all = (...limits: string[]): string => limits.join(' ');

export const enginesKo: Messages['engines']['described'] = {
  lite: {
    description: '기본으로 들어 있어요. 사진에 보이는 것의 이름을 알고, 색과 사람을 찾고, 말을 뜻으로 맞춰 봐요. 어느 컴퓨터에서나 빨라요.',
    limits: all(
      '아는 이름은 천 개쯤이고 대부분 동물과 사물이에요. 장면, 장소, 동작은 짐작해요.',
      '사진 속 글자를 읽지 못하고, ‘없는’이나 미묘한 차이를 이해하지 못해요.',
      english,
    ),
  },
  e5v: {
    description: '언어 모델처럼 사진을 읽어요. 사진에 변경을 더할 때(‘이 사진인데 밤에’), 사진 속 글자, 온전한 문장에 알맞아요.',
    limits: all(
      slow,
      '평범한 사진 검색은 크기가 10분의 1인 SigLIP도 비슷하게 해요.',
      '영어 문장으로 조정됐어요. 다른 언어는 Llama 3가 아는 만큼만 알아요.',
    ),
  },
  'llava-1.6-mistral': {
    description: '같은 방식으로 사진을 읽으면서 라이선스가 분명해요. 조정하지 않은 LLaVA에 E5-V의 프롬프트를 써요.',
    limits: all(untuned, slow, englishFirst),
  },
  'phi-3-vision': {
    description: 'E5-V의 절반 크기에 라이선스가 분명하고 프롬프트는 같아요. 변경을 더한 사진과 사진 속 글자를 최대 17칸으로 나눠 읽어요.',
    limits: all(untuned, slow, englishFirst),
  },
  'smolvlm-256m': {
    description: '사진과 변경을 함께 읽는 가장 작은 모델이에요. 어느 노트북에서나 돌아가서 E5-V가 하는 일을 적은 비용으로 맛볼 수 있어요.',
    limits: all(smallAndUntuned, oneTile, englishFirst),
  },
  'smolvlm-500m': {
    description: 'E5-V처럼 사진과 변경을 함께 읽고 노트북에서 돌아가요. 가장 작은 모델의 두 배 크기예요.',
    limits: all(smallAndUntuned, oneTile, englishFirst),
  },
  'siglip2-base': {
    description: '사진 검색은 이것으로 시작해 보세요. 말이나 사진으로 E5-V만큼 잘 찾으면서 비용은 훨씬 적고, 여러 언어를 알아요.',
    limits: all(arithmetic, noReading),
  },
  'siglip2-so400m': {
    description: '더 큰 SigLIP 2예요. 사진의 더 미묘한 차이를 여러 언어로 구별해요.',
    limits: all(arithmetic, noReading, seconds),
  },
  'siglip-base': {
    description: '말이나 사진으로 사진을 찾고, 어느 프로세서에서나 속도가 괜찮아요. 다운로드는 SigLIP 2의 절반이에요.',
    limits: all(arithmetic, noReading, english),
  },
  'siglip-so400m': {
    description: '영어로 사진을 찾는 데는 이 중 가장 뛰어나요. 크기가 열 배인 E5-V보다 앞서요.',
    limits: all(arithmetic, noReading, english, seconds),
  },
  'clip-b32': {
    description: '이 중 가장 빨라요. 어느 프로세서에서나 말이나 사진으로 사진을 찾고 라이선스가 분명해요.',
    limits: all(arithmetic, lessThanSiglip, noReading, english),
  },
  'clip-l14': {
    description: '많은 도구가 바탕으로 삼는 OpenAI의 CLIP이에요. 그 도구들과 비교하거나 같은 벡터로 검색할 때 쓰세요.',
    limits: all(arithmetic, '크기가 절반인 SigLIP보다 덜 찾아요.', noReading, english),
  },
  'siglip2-base-q8': {
    description: '다운로드가 4분의 1인 SigLIP 2 Base예요. 작은 디스크와 느린 회선에 알맞고 여러 언어를 알아요.',
    limits: all(arithmetic, roughly, noReading),
  },
  'clip-b32-q8': {
    description: '사진 전반을 아는 것 중 다운로드가 가장 작아요. 오래된 컴퓨터나 시험 삼아 쓸 때 알맞아요.',
    limits: all(arithmetic, roughly, lessThanSiglip, noReading, english),
  },
};
