import { SqsScaling } from 'serverless-atelier';

const project = new SqsScaling({
  name: 'orders',
});

project.synth();
