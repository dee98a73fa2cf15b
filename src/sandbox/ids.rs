//! The UUIDs of the sample data, fixed so that examples and scripts may name them.

use uuid::{Uuid, uuid};

/// The sample orgs' UUIDs.
pub(super) mod orgs {
    use super::{Uuid, uuid};

    pub(in crate::sandbox) const HUB: Uuid = uuid!("83999dcd-7f97-11f0-8de1-1ecf66f1aa85");
    pub(in crate::sandbox) const RETAIL_US: Uuid = uuid!("4dee724d-00cc-11ea-a77b-570c9d03c6c5");
    pub(in crate::sandbox) const RETAIL_EU: Uuid = uuid!("5b0f6a12-3d7e-11eb-9c41-8a2f61d0b9e4");
    pub(in crate::sandbox) const LOGISTICS: Uuid = uuid!("9e1c47d8-61ab-11ec-b0f3-27d95ac8413e");
    pub(in crate::sandbox) const PLATFORM: Uuid = uuid!("c2a85f36-8e04-11ec-a6d7-f1409be37c52");
    pub(in crate::sandbox) const PAYMENTS_EU: Uuid = uuid!("1f7d93e0-a4c2-11ed-8b5e-c36ae80d2f17");
    pub(in crate::sandbox) const PAYMENTS_US: Uuid = uuid!("6a48c1b5-a4c3-11ed-93f0-4d0b7fe9526a");
    pub(in crate::sandbox) const LEGACY_SHOP: Uuid = uuid!("e83b05f9-2c17-11e9-ad64-70c2915fb8d3");
    pub(in crate::sandbox) const AWKWARD: Uuid = uuid!("b94e2c70-5f8d-11ee-8a3b-059df4617ce2");
    pub(in crate::sandbox) const ARCHIVE: Uuid = uuid!("37c5e8a4-d10b-11ef-b92e-e6481f3a0d75");
}

/// The sample users' UUIDs: one service account for each profile, and three people.
pub(super) mod users {
    use super::{Uuid, uuid};

    pub(in crate::sandbox) const HUB: Uuid = uuid!("d1f4a7c2-8031-11f0-b7c5-3a90e52d64f8");
    pub(in crate::sandbox) const RETAIL_US: Uuid = uuid!("2e70b9d5-7ecd-11f0-9f18-b6d14c83a05e");
    pub(in crate::sandbox) const RETAIL_EU: Uuid = uuid!("7a95e3c8-7ece-11f0-84d2-0fc67b1e92a3");
    pub(in crate::sandbox) const LOGISTICS: Uuid = uuid!("c46d1f80-7ecf-11f0-a3e9-58b7d20f6c41");
    pub(in crate::sandbox) const PLATFORM: Uuid = uuid!("0b82c6e7-7ed0-11f0-bd75-e1934fa82d06");
    pub(in crate::sandbox) const PAYMENTS_EU: Uuid = uuid!("95f3d07a-7ed1-11f0-8c46-7de0a19b35f2");
    pub(in crate::sandbox) const PAYMENTS_US: Uuid = uuid!("e8174ab9-7ed2-11f0-96fb-c25308d7e14d");
    pub(in crate::sandbox) const LEGACY_SHOP: Uuid = uuid!("5d29f6c3-7ed3-11f0-a01c-9b4e76f3d850");
    pub(in crate::sandbox) const AWKWARD: Uuid = uuid!("b0c48e15-7ed4-11f0-87a9-46f1d35c02be");
    pub(in crate::sandbox) const ARCHIVE: Uuid = uuid!("1c6fa3d8-7ed5-11f0-be52-d8079e4b61fa");
    pub(in crate::sandbox) const AUDITOR: Uuid = uuid!("f75b20e4-8032-11f0-937d-204ca68ef1b9");
    /// A person, who has left no service account behind.
    pub(in crate::sandbox) const DANA: Uuid = uuid!("03e6bc43-7ecc-11f0-b50b-f28f2be41840");
    /// A person whose account is disabled.
    pub(in crate::sandbox) const NOOR: Uuid = uuid!("8e41d7b6-5a13-11ed-b8f0-6c29a57e0d34");
    /// A person who was invited and has not come yet.
    pub(in crate::sandbox) const ROBIN: Uuid = uuid!("49da05f2-7f10-11f0-a2d6-13e8cb7f4590");
}
