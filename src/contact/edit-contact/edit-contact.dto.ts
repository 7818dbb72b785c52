import { OmitType } from '@nestjs/swagger';
import { NewContactDto } from '../add-contacts/add-contacts.dto.js';

/** Absent fields stay as they are, null clears one; `attributes` is replaced as a whole. The number cannot be changed. */
export class EditContactDto extends OmitType(NewContactDto, ['phoneNumber']) {}
