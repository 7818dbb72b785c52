import type { Readable } from 'node:stream';
import type {} from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { DomainError } from '../../shared/errors/domain-error.js';
import { MAX_FILE_BYTES, tooLarge } from './start-import.command.js';

/** What a form adds to its file, at most. */
const FORM_BYTES = 64 * 1024;

/**
 * Hands over the multipart field `file` as a stream. Whatever becomes of it, the rest of the upload is read and
 * dropped: a client that is still sending would otherwise see a broken connection instead of our answer.
 */
export async function withUploadedFile<T>(
  request: FastifyRequest,
  receive: (file: { name: string | null; content: AsyncIterable<Uint8Array> }) => Promise<T>,
): Promise<T> {
  if (!request.isMultipart()) {
    throw new DomainError(
      'unsupported_media_type',
      'Send the file as multipart/form-data, in the field `file`.',
    );
  }
  if (Number(request.headers['content-length'] ?? 0) > MAX_FILE_BYTES + FORM_BYTES) {
    request.raw.resume();
    throw tooLarge();
  }
  // One byte more than is taken, so that the receiver and not the form reader refuses a file that is too large.
  const part = await request.file({ limits: { fileSize: MAX_FILE_BYTES + 1 } });
  if (part === undefined) throw new DomainError('missing_file');
  const stream: Readable = part.file;
  try {
    if (part.fieldname !== 'file') {
      throw new DomainError(
        'missing_file',
        `The file came in the field \`${part.fieldname}\`; call it \`file\`.`,
      );
    }
    return await receive({
      name: part.filename ? part.filename.slice(0, 255) : null,
      content: stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>,
    });
  } finally {
    stream.resume();
  }
}
