/** The repository of images, as the variables of a build name it to the command line of AWS. */
export const REPOSITORY = '--region "$REPOSITORY_REGION" --repository-name "$REPOSITORY_NAME"';

/**
 * The command that prints the digest of an image, and fails where there is no such image.
 *
 * @param id the image: `imageTag=…` or `imageDigest=…`
 */
export function digestOf(id: string): string {
  return `aws ecr describe-images ${REPOSITORY} --image-ids "${id}" --query "imageDetails[0].imageDigest" --output text`;
}

/**
 * The command that moves a tag to an image, unless it is there: the same tag on the same image is refused. It needs nothing of
 * another command but the variable, since each runs in a shell of its own.
 *
 * @param tag the tag
 * @param digest the image, as a variable of the shell
 */
export function moveTag(tag: string, digest: string): string {
  const manifest =
    `aws ecr batch-get-image ${REPOSITORY} --image-ids "imageDigest=${digest}" ` +
    '--query "images[0].imageManifest" --output text';
  return (
    `[ "$(${digestOf(`imageTag=${tag}`)})" = "${digest}" ] || ` +
    `aws ecr put-image ${REPOSITORY} --image-tag ${tag} --image-manifest "$(${manifest})"`
  );
}
