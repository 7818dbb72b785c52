import { ValidateBy } from 'class-validator';
import { isPhoneRegion } from '../../shared/phone/phone-number.js';

/** An ISO 3166 code that has phone numbers. */
export function IsPhoneRegion(): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isPhoneRegion',
      validator: {
        validate: (value) => typeof value === 'string' && isPhoneRegion(value),
        defaultMessage: () => '$property must be an ISO 3166 code such as US or IT',
      },
    },
    { context: { code: 'invalid_region' } },
  );
}
