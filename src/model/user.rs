use uuid::Uuid;

/// A user of an org: a person or a service account. A field is `None` if the API leaves it out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct User {
    /// The user's id.
    pub id: Option<Uuid>,
    /// The user's name, exactly as the API gives it.
    pub name: Option<String>,
    /// The mail address.
    pub email: Option<String>,
    /// The handle, usually the mail address.
    pub handle: Option<String>,
    /// Whether the user is a service account and not a person.
    pub service_account: Option<bool>,
    /// Whether the account is disabled.
    pub disabled: Option<bool>,
    /// `Active`, `Pending` or `Disabled`.
    pub status: Option<String>,
    /// The org that the user belongs to.
    pub org: Option<Uuid>,
    /// The user's roles.
    pub roles: Option<Vec<Uuid>>,
}

impl User {
    /// Whether the user is known to be a person.
    pub fn is_person(&self) -> bool {
        self.service_account == Some(false)
    }

    /// Whether the account is known to be disabled.
    pub fn is_disabled(&self) -> bool {
        self.disabled == Some(true) || self.has_status("Disabled")
    }

    /// Whether the user is known to be invited only.
    pub fn is_pending(&self) -> bool {
        self.has_status("Pending")
    }

    fn has_status(&self, status: &str) -> bool {
        let own = self.status.as_deref();
        own.is_some_and(|own| own.eq_ignore_ascii_case(status))
    }

    /// The user in words, if it is known to be a person: `Dana, a person`.
    pub fn person(&self) -> Option<String> {
        self.is_person().then(|| match self.label() {
            Some(name) => format!("{name}, a person"),
            None => "a person".to_owned(),
        })
    }

    /// The name, else the mail address or the handle.
    pub fn label(&self) -> Option<&str> {
        let names = [&self.name, &self.email, &self.handle];
        names.into_iter().find_map(|name| name.as_deref())
    }
}
