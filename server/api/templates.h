/* templates.h - the texts that a new room may start with, by name. */
#ifndef SERVER_API_TEMPLATES_H
#define SERVER_API_TEMPLATES_H

/* template_names - NULL-terminated.  template_text - of one of them; NULL: unknown. */
extern const char *const template_names[];
const char *template_text(const char *name);

#endif
