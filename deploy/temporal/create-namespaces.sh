#!/bin/sh
# Makes Tocsin's namespaces and their search attributes; safe to run again. TEMPORAL_ADDRESS names the server.
set -eu

for namespace in tocsin tocsin-rehearsal; do
  temporal operator namespace describe --namespace "$namespace" >/dev/null 2>&1 ||
    temporal operator namespace create --namespace "$namespace" --retention "${TEMPORAL_RETENTION:-7d}"
  until temporal operator search-attribute list --namespace "$namespace" >/dev/null 2>&1; do
    sleep 1 # the server learns of a namespace within seconds
  done
  known=$(temporal operator search-attribute list --namespace "$namespace")
  for attribute in TicketPriority=Keyword TicketStatus=Keyword EscalationLevel=Keyword PolicyVersion=Keyword NextDueAt=Datetime; do
    name=${attribute%=*}
    case $known in
      *"$name"*) ;;
      *) temporal operator search-attribute create --namespace "$namespace" --name "$name" --type "${attribute#*=}" ;;
    esac
  done
done
