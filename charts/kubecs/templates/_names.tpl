{{/* The names have room for the longest suffix within 63 characters. */}}
{{- define "kubecs.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "kubecs.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" }}
{{- else }}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- if contains $name .Release.Name }}
{{- .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" }}
{{- end }}
{{- end }}
{{- end }}

{{- define "kubecs.operator" -}}
{{- printf "%s-operator" (include "kubecs.fullname" .) }}
{{- end }}

{{- define "kubecs.namespace" -}}
{{- default .Release.Namespace .Values.namespaceOverride }}
{{- end }}

{{- define "kubecs.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "kubecs.operator" .) .Values.serviceAccount.name }}
{{- else }}
{{- required "serviceAccount.name is needed where serviceAccount.create is false" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "kubecs.image" -}}
{{- with .Values.image }}
{{- if .digest }}{{ .repository }}@{{ .digest }}{{ else }}{{ .repository }}:{{ default $.Chart.AppVersion .tag }}{{ end }}
{{- end }}
{{- end }}

{{/* What never changes, and so may stand in a selector. */}}
{{- define "kubecs.selector" -}}
app.kubernetes.io/name: {{ include "kubecs.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: operator
{{- end }}

{{- define "kubecs.labels" -}}
{{- $own := include "kubecs.selector" . | fromYaml }}
{{- $_ := set $own "app.kubernetes.io/version" .Chart.AppVersion }}
{{- $_ := set $own "app.kubernetes.io/managed-by" .Release.Service }}
{{- $_ := set $own "app.kubernetes.io/part-of" "kubecs" }}
{{- $_ := set $own "helm.sh/chart" (printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-") }}
{{- toYaml (merge $own (deepCopy .Values.commonLabels)) }}
{{- end }}

{{/* Whether an object of a kind of the Prometheus operator is rendered: (dict "root" $ "kind" KIND "enabled" BOOL). */}}
{{- define "kubecs.knows" -}}
{{- if .enabled }}
{{- $way := .root.Values.monitoring.missingKinds }}
{{- if or (eq $way "render") (.root.Capabilities.APIVersions.Has (printf "monitoring.coreos.com/v1/%s" .kind)) -}}
yes
{{- else if eq $way "fail" }}
{{- fail (printf "this cluster does not know the kind %s of monitoring.coreos.com/v1" .kind) }}
{{- end }}
{{- end }}
{{- end }}
