import { type Assembly, functionAt, type Resource, roleOf } from '../authoring';

/** The parts of a queue with a consumer, as far as a template has them. */
export interface Parts {
  /** The queue that the consumer reads; without a consumer, a queue that no other queue redrives to. */
  readonly queue?: Resource;
  /** The event source mapping from the queue to the consumer. */
  readonly mapping?: Resource;
  /** The function that the mapping invokes. */
  readonly consumer?: Resource;
  /** The consumer's role. */
  readonly role?: Resource;
  /** The queue that the queue redrives to. */
  readonly deadLetterQueue?: Resource;
}

/**
 * Finds the queue and its consumer by how they point at each other, whatever their names. A consumer of a dead-letter
 * queue is not the one that is looked for.
 *
 * @param assembly the assembly
 */
export function partsOf(assembly: Assembly): Parts {
  const queues = assembly.ofType('AWS::SQS::Queue');
  const redriveTarget = (queue: Resource): Resource | undefined => {
    const target = assembly.resourceAt(queue, 'RedrivePolicy.deadLetterTargetArn');
    return target?.type === 'AWS::SQS::Queue' ? target : undefined;
  };
  const deadLetterQueues = new Set(queues.filter((queue) => redriveTarget(queue) !== queue).map(redriveTarget));
  const mappings = assembly.ofType('AWS::Lambda::EventSourceMapping');
  const readQueue = (mapping: Resource): Resource | undefined => {
    const source = assembly.resourceAt(mapping, 'EventSourceArn');
    return source && queues.includes(source) && !deadLetterQueues.has(source) ? source : undefined;
  };
  /** How far a mapping is on the way that the lab goes: of several pairs of queue and consumer the farthest is meant. */
  const progress = (one: Resource): number => {
    const source = readQueue(one);
    const isSet = [
      source && functionAt(assembly, one, 'FunctionName'),
      source && redriveTarget(source),
      assembly.property(one, 'FunctionResponseTypes'),
      assembly.property(one, 'MaximumBatchingWindowInSeconds'),
      assembly.property(one, 'ScalingConfig') ?? assembly.property(one, 'ProvisionedPollerConfig'),
    ];
    return isSet.filter((value) => value !== undefined).length;
  };
  const [mapping] = mappings.filter(readQueue).sort((a, b) => progress(b) - progress(a));
  const queue = (mapping && readQueue(mapping)) ?? queues.find((one) => !deadLetterQueues.has(one));
  const consumer = mapping && functionAt(assembly, mapping, 'FunctionName');
  return {
    queue,
    mapping,
    consumer,
    role: consumer && roleOf(assembly, consumer),
    deadLetterQueue: queue && redriveTarget(queue),
  };
}
