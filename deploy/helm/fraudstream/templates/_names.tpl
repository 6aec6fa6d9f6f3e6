{{- define "fraudstream.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "fraudstream.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "fraudstream.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "fraudstream.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}{{ .Values.serviceAccount.name | default (include "fraudstream.name" .) }}
{{- else }}{{ .Values.serviceAccount.name | default "default" }}{{ end }}
{{- end }}

{{- define "fraudstream.image" -}}
{{- if .Values.image.digest }}{{ printf "%s@%s" .Values.image.repository .Values.image.digest }}
{{- else }}{{ printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) }}{{ end }}
{{- end }}

{{- /* The most sidecars that can work: a partition is read by one of them. */ -}}
{{- define "fraudstream.maxReplicas" -}}
{{- $max := .Values.scaling.maxReplicas | default .Values.partitions | int }}
{{- if gt $max (int .Values.partitions) }}
{{- fail (printf "scaling.maxReplicas %d is more than the %d partitions: the rest would stand idle" $max (int .Values.partitions)) }}
{{- end }}
{{- if lt $max (int .Values.scaling.minReplicas) }}
{{- fail (printf "scaling.minReplicas %d is more than the maximum of %d" (int .Values.scaling.minReplicas) $max) }}
{{- end }}
{{- $max }}
{{- end }}
