import { DynamicSubscriptions } from 'serverless-atelier';

const project = new DynamicSubscriptions({
  name: 'orders',
});

project.synth();
