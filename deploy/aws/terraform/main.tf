# The same as ../management-role.yaml: the role that datasync-api assumes in one account.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "server_principal_arn" {
  type        = string
  description = "The ARN of the role that the server itself has."
}

variable "external_id" {
  type        = string
  sensitive   = true
  description = "The external id of the server's setting EXTERNAL_ID; while it is changed, the old and the new one with a comma between them."
}

variable "organisation" {
  type        = string
  description = "The server's setting ORG."
}

variable "role_name" {
  type        = string
  default     = "datasync-management"
  description = "The server's setting ROLE."
}

variable "resource_check_by_tag" {
  type        = bool
  default     = false
  description = "Whether the server's setting RESOURCE_CHECK is tag, for which it reads the tags of buckets."
}

variable "discover" {
  type        = bool
  default     = true
  description = "Whether the server may look at buckets, keys and networks, for preflights and for the choosers of forms."
}

data "aws_partition" "current" {}

locals {
  partition = data.aws_partition.current.partition
  roles     = "arn:${local.partition}:iam::*:role/spinup/${var.organisation}/*"
}

resource "aws_iam_policy" "boundary" {
  name        = "${var.role_name}-boundary"
  description = "What the roles that datasync-api creates may do at most"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Objects"
        Effect = "Allow"
        Action = [
          "s3:GetBucketLocation",
          "s3:ListBucket*",
          "s3:GetObject*",
          "s3:PutObject*",
          "s3:DeleteObject",
          "s3:AbortMultipartUpload",
          "s3:ListMultipartUploadParts",
        ]
        Resource = "*"
      },
      {
        Sid       = "EncryptedBuckets"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = "*"
        Condition = { StringLike = { "kms:ViaService" = ["s3.*.amazonaws.com", "s3.*.amazonaws.com.cn"] } }
      },
    ]
  })
}

resource "aws_iam_role" "management" {
  name        = var.role_name
  description = "Assumed by datasync-api to manage the movers of this account"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = var.server_principal_arn }
      Action    = ["sts:AssumeRole", "sts:TagSession"]
      Condition = {
        StringEquals = {
          "sts:ExternalId"            = split(",", var.external_id)
          "aws:RequestTag/spinup:org" = var.organisation
        }
      }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "datasync" {
  role       = aws_iam_role.management.name
  policy_arn = "arn:${local.partition}:iam::aws:policy/AWSDataSyncFullAccess"
}

resource "aws_iam_role_policy_attachment" "tags" {
  role       = aws_iam_role.management.name
  policy_arn = "arn:${local.partition}:iam::aws:policy/ResourceGroupsandTagEditorReadOnlyAccess"
}

resource "aws_iam_role_policy" "roles_of_movers" {
  name = "roles-of-movers"
  role = aws_iam_role.management.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Manage"
        Effect = "Allow"
        Action = [
          "iam:GetRole",
          "iam:TagRole",
          "iam:UntagRole",
          "iam:ListRoles",
          "iam:ListRoleTags",
          "iam:DeleteRole",
          "iam:GetRolePolicy",
          "iam:ListRolePolicies",
          "iam:DeleteRolePolicy",
          "iam:ListAttachedRolePolicies",
          "iam:DetachRolePolicy",
          "iam:ListInstanceProfilesForRole",
        ]
        Resource = local.roles
      },
      {
        Sid       = "PassToDataSync"
        Effect    = "Allow"
        Action    = "iam:PassRole"
        Resource  = local.roles
        Condition = { StringEquals = { "iam:PassedToService" = "datasync.amazonaws.com" } }
      },
      {
        Sid       = "GrantWithinTheBoundary"
        Effect    = "Allow"
        Action    = ["iam:CreateRole", "iam:PutRolePolicy"]
        Resource  = local.roles
        Condition = { StringEquals = { "iam:PermissionsBoundary" = aws_iam_policy.boundary.arn } }
      },
      {
        Sid    = "KeepTheBoundary"
        Effect = "Deny"
        Action = [
          "iam:DeleteRolePermissionsBoundary",
          "iam:PutRolePermissionsBoundary",
          "iam:UpdateAssumeRolePolicy",
        ]
        Resource = "*"
      },
    ]
  })
}

resource "aws_iam_role_policy" "tags_of_buckets" {
  count = var.resource_check_by_tag ? 1 : 0
  name  = "tags-of-buckets"
  role  = aws_iam_role.management.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "s3:GetBucketTagging"
      Resource = "arn:${local.partition}:s3:::*"
    }]
  })
}

resource "aws_iam_role_policy" "discover" {
  count = var.discover ? 1 : 0
  name  = "discover"
  role  = aws_iam_role.management.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Action = [
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "elasticfilesystem:DescribeFileSystems",
        "elasticfilesystem:DescribeMountTargetSecurityGroups",
        "elasticfilesystem:DescribeMountTargets",
        "fsx:DescribeFileSystems",
        "fsx:DescribeStorageVirtualMachines",
        "kms:DescribeKey",
        "logs:DescribeLogGroups",
        "logs:DescribeResourcePolicies",
        "s3:GetAccessPoint",
        "s3:GetAccessPointPolicy",
        "s3:GetBucketPolicy",
        "s3:GetBucketVersioning",
        "s3:GetEncryptionConfiguration",
        "s3:ListAllMyBuckets",
        "s3:ListBucket",
        "secretsmanager:ListSecrets",
      ]
      Resource = "*"
    }]
  })
}

output "role_arn" {
  description = "The management role"
  value       = aws_iam_role.management.arn
}

output "role_boundary" {
  description = "For the server's setting ROLE_BOUNDARY, with {account} in the place of the account's id"
  value       = aws_iam_policy.boundary.arn
}
