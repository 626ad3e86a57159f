/**
 * Constructs that build, publish and deliver by CodePipeline, which generated apps import as `serverless-atelier/pipelines`.
 */
export { ArtifactBucket, type ArtifactBucketProps } from './artifact-bucket';
export { bootstrapCommands, type Place } from './bootstrap-commands';
export type { AddStacks, DeliveryStage } from './delivery';
export { DeliveryPipeline, type DeliveryPipelineProps } from './delivery-pipeline';
export { ImageDeployment, type ImageDeploymentProps } from './image-deployment';
export { ImagePipeline, type ImagePipelineProps } from './image-pipeline';
export { LayerDistributor, type LayerDistributorProps } from './layer-distributor';
export { LayerPipeline, type LayerPipelineProps } from './layer-pipeline';
export type { LayerSettings } from './layer-settings';
export { type ConnectionSourceProps, PipelineSource, type PushFilter } from './source';
export type { SourcedPipelineProps } from './sourced-pipeline';
