/** @file The engine that is used when nobody names one. Apart from the registry, which loads the network runtime. */
export const defaultModel = 'lite';
