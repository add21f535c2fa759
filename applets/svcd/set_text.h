// What a set of services looks like as text: the same from svcd and from the files alone.
#ifndef KEELSON_APPLETS_SVCD_SET_TEXT_H_
#define KEELSON_APPLETS_SVCD_SET_TEXT_H_

#include <string>

#include "applets/svcd/service_sources.h"

namespace keelson {

// "svc order": a name a line, in an order in which they may start.
std::string OrderText(const ServiceSet& set);

// "svc graph": "A needs B", "A wants B" or "A after B" a line; dot: for Graphviz.
std::string GraphText(const ServiceSet& set, bool dot);

// "svc load": the keys that count, as a stanza that reads back, each below a comment with its
// place. Environments may hold what is not for everybody: without `all` they are left out.
std::string LoadText(const ServiceDefinition& service, bool all = true);

// "svc check": "NAME: yes: WHY" or "NAME: no: WHY".
std::string CheckText(const ServiceDefinition& service, const ServiceWish& wish);

}  // namespace keelson

#endif  // KEELSON_APPLETS_SVCD_SET_TEXT_H_
