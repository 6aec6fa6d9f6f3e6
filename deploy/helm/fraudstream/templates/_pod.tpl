{{- /* What every pod has: the restricted profile of the pod security standards, and nothing of the API server. */ -}}
{{- define "fraudstream.podSecurity" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "fraudstream.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end }}

{{- define "fraudstream.placement" -}}
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end }}

{{- define "fraudstream.needsCredentials" -}}
{{- $sasl := hasPrefix "SASL" .Values.kafka.protocol }}
{{- $any := or $sasl .Values.schemaRegistry.auth .Values.ksqldb.auth .Values.credentials.kafkaCa .Values.schemaRegistry.ca .Values.ksqldb.ca }}
{{- if and $any (not .Values.credentials.existingSecret) }}
{{- fail "credentials.existingSecret: name the Secret with the API keys or the authority that kafka, schemaRegistry or ksqldb ask for" }}
{{- end }}
{{- if $any }}true{{ end }}
{{- end }}

{{- /* Addresses and how to authenticate; secrets by the path of a mounted file. */ -}}
{{- define "fraudstream.env" -}}
{{- $keys := .Values.credentials.keys }}
{{- $at := "/etc/fraudstream/credentials/" }}
- {name: KAFKA_BOOTSTRAP_SERVERS, value: {{ .Values.kafka.bootstrapServers | quote }}}
- {name: KAFKA_SECURITY_PROTOCOL, value: {{ .Values.kafka.protocol | quote }}}
{{- if hasPrefix "SASL" .Values.kafka.protocol }}
- {name: KAFKA_SASL_MECHANISM, value: {{ .Values.kafka.mechanism | quote }}}
- {name: KAFKA_SASL_USERNAME_FILE, value: {{ print $at $keys.kafkaUsername | quote }}}
- {name: KAFKA_SASL_PASSWORD_FILE, value: {{ print $at $keys.kafkaPassword | quote }}}
{{- end }}
{{- if .Values.credentials.kafkaCa }}
- {name: KAFKA_SSL_CA_FILE, value: {{ print $at $keys.ca | quote }}}
{{- end }}
- {name: SCHEMA_REGISTRY_URL, value: {{ .Values.schemaRegistry.url | quote }}}
{{- if .Values.schemaRegistry.auth }}
- {name: SCHEMA_REGISTRY_BASIC_AUTH_FILE, value: {{ print $at $keys.schemaRegistryAuth | quote }}}
{{- end }}
{{- if .Values.schemaRegistry.ca }}
- {name: SCHEMA_REGISTRY_CA_FILE, value: {{ print $at $keys.ca | quote }}}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- /* ksqlDB is only for the deployer and the doctor: the sidecar never speaks to it. */ -}}
{{- define "fraudstream.ksqldbEnv" -}}
{{- $at := "/etc/fraudstream/credentials/" }}
- {name: KSQLDB_URL, value: {{ .Values.ksqldb.url | quote }}}
{{- if .Values.ksqldb.auth }}
- {name: KSQLDB_BASIC_AUTH_FILE, value: {{ print $at .Values.credentials.keys.ksqldbAuth | quote }}}
{{- end }}
{{- if .Values.ksqldb.ca }}
- {name: KSQLDB_CA_FILE, value: {{ print $at .Values.credentials.keys.ca | quote }}}
{{- end }}
{{- end }}

{{- define "fraudstream.mounts" -}}
- {name: tmp, mountPath: /tmp}
{{- if include "fraudstream.needsCredentials" . }}
- {name: credentials, mountPath: /etc/fraudstream/credentials, readOnly: true}
{{- end }}
{{- end }}

{{- define "fraudstream.volumes" -}}
- name: tmp
  emptyDir: {sizeLimit: 64Mi}
{{- if include "fraudstream.needsCredentials" . }}
- name: credentials
  secret: {secretName: {{ .Values.credentials.existingSecret }}, defaultMode: 288}
{{- end }}
{{- end }}
