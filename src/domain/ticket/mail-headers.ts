/** What the template of a mail says of its headers, carried by the delivery. */
export interface MailHeaders {
  /** Who gets a copy: roles and addresses. */
  cc?: string[];
  /** How the mail is marked. */
  importance?: 'high' | 'normal' | 'low';
  /** In whose name it is sent: an address or `Name <address>`; the installation's when left out. */
  from?: string;
  /** What the header Priority says; the word of the importance when left out. */
  priorityHeader?: string;
}
