import { Global, Module } from '@nestjs/common';
import { AddContactsController } from './add-contacts/add-contacts.controller.js';
import { AddContactsHandler } from './add-contacts/add-contacts.handler.js';
import { Contacts } from './contracts/contacts.js';
import { Suppressions } from './contracts/suppressions.js';
import { EditContactController } from './edit-contact/edit-contact.controller.js';
import { EditContactHandler } from './edit-contact/edit-contact.handler.js';
import { LiftSuppressionController } from './lift-suppression/lift-suppression.controller.js';
import { LiftSuppressionHandler } from './lift-suppression/lift-suppression.handler.js';
import { ContactsController } from './list-contacts/contacts.controller.js';
import { OnCampaignPolicyChanged } from './recall-deferred/on-campaign-policy-changed.subscriber.js';
import { ContactRows } from './rows/contact-rows.js';
import { SuppressionRows } from './rows/suppression-rows.js';
import { ContactBatch } from './run-imports/contact-batch.js';
import { ImportRunner } from './run-imports/import-runner.js';
import { ImportWorker } from './run-imports/import.worker.js';
import { SuppressionBatch } from './run-imports/suppression-batch.js';
import { ImportsController } from './start-import/imports.controller.js';
import { StartImportHandler } from './start-import/start-import.handler.js';
import { SuppressNumberHandler } from './suppress-number/suppress-number.handler.js';
import { SuppressionsController } from './suppress-number/suppressions.controller.js';
import { WithdrawContactController } from './withdraw-contact/withdraw-contact.controller.js';
import { WithdrawContactHandler } from './withdraw-contact/withdraw-contact.handler.js';

/** Who is in a campaign, who may never be called, and what state a person is in. */
@Global()
@Module({
  controllers: [
    ContactsController,
    AddContactsController,
    EditContactController,
    WithdrawContactController,
    SuppressionsController,
    LiftSuppressionController,
    ImportsController,
  ],
  providers: [
    { provide: Contacts, useClass: ContactRows },
    SuppressionRows,
    { provide: Suppressions, useExisting: SuppressionRows },
    OnCampaignPolicyChanged,
    AddContactsHandler,
    EditContactHandler,
    WithdrawContactHandler,
    SuppressNumberHandler,
    LiftSuppressionHandler,
    StartImportHandler,
    ContactBatch,
    SuppressionBatch,
    ImportRunner,
    ImportWorker,
  ],
  exports: [Contacts, Suppressions],
})
export class ContactModule {}
