import { ContainerImages } from 'serverless-atelier';

const project = new ContainerImages({
  name: 'orders',
});

project.synth();
