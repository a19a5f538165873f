/**
 * Failures as Temporal stores them where keys are set: a provider's words may name a customer, so message and stack go
 * through the codec like any payload (design.md, decision 21). Used outside the sandbox, by activities and clients.
 */
import {
  ApplicationFailure,
  DefaultFailureConverter,
  type PayloadConverter,
  type ProtoFailure,
} from '@temporalio/common';

/** Errors of this name hold nothing personal and are for whoever looks at a ticket that does not go on. */
export const READABLE = 'PackMissing';

class TocsinFailureConverter extends DefaultFailureConverter {
  private readonly plain = new DefaultFailureConverter();

  constructor() {
    super({ encodeCommonAttributes: true });
  }

  override errorToFailure(error: unknown, converter: PayloadConverter): ProtoFailure {
    const readable =
      (error instanceof ApplicationFailure ? error.type : (error as Error | undefined)?.name) === READABLE;
    return readable ? this.plain.errorToFailure(error, converter) : super.errorToFailure(error, converter);
  }
}

export const failureConverter = new TocsinFailureConverter();
