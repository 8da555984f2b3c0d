// Training collects implicit scalars between its steps, which could be those of a native call that a test beside it is making.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
