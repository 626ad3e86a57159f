export * from './blueprint';
export * from './project-types';
