import { CrossAccountEcr } from 'serverless-atelier';

const project = new CrossAccountEcr({
  name: 'orders',
});

project.synth();
