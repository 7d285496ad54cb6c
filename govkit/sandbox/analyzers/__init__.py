"""Access Analyzer as the sandbox plays it: analyzers, and the rules that archive their findings."""
