import { MultiRegionLayers } from 'serverless-atelier';

const project = new MultiRegionLayers({
  name: 'orders',
});

project.synth();
