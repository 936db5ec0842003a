/** The settings of `getTransforms` in the lesson's second part: more than its defaults, every time. */
export const lessonAugmentation = {
  maxRotate: 20,
  maxZoom: 1.3,
  maxLighting: 0.4,
  maxWarp: 0.4,
  pAffine: 1,
  pLighting: 1,
} as const;
