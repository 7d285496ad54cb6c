"""CloudFormation's service-managed StackSets: templates, the stacks made of them, and whom they follow."""
