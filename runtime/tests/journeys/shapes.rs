//! A check whether values that were encoded as a type of one release can be read as a type of
//! another.

use std::collections::BTreeSet;

use scale_info::{form::PortableForm, Field, PortableRegistry, TypeDef};

/// Compares types of two releases. Only the encoding counts, not the names.
pub struct Readable<'a> {
    old: &'a PortableRegistry,
    new: &'a PortableRegistry,
    /// Pairs that are being compared, or were compared and are readable. Needed because a type may
    /// contain itself.
    met: BTreeSet<(u32, u32)>,
}

fn resolve(registry: &PortableRegistry, id: u32) -> &TypeDef<PortableForm> {
    &registry.resolve(id).unwrap().type_def
}

/// Returns the innermost type of a type that is encoded like its only part.
fn unwrapped(registry: &PortableRegistry, mut id: u32) -> u32 {
    loop {
        id = match resolve(registry, id) {
            TypeDef::Composite(whole) if whole.fields.len() == 1 => whole.fields[0].ty.id,
            TypeDef::Tuple(whole) if whole.fields.len() == 1 => whole.fields[0].id,
            _ => return id,
        };
    }
}

fn of_fields(fields: &[Field<PortableForm>]) -> Vec<u32> {
    fields.iter().map(|field| field.ty.id).collect()
}

/// Returns the types of a product's parts in order, or `None` if the type is no product.
fn parts(definition: &TypeDef<PortableForm>) -> Option<Vec<u32>> {
    match definition {
        TypeDef::Composite(whole) => Some(of_fields(&whole.fields)),
        TypeDef::Tuple(whole) => Some(whole.fields.iter().map(|field| field.id).collect()),
        _ => None,
    }
}

impl<'a> Readable<'a> {
    pub fn new(old: &'a PortableRegistry, new: &'a PortableRegistry) -> Self {
        Self {
            old,
            new,
            met: BTreeSet::new(),
        }
    }

    /// Returns an error that names the difference, if there is one.
    pub fn check(&mut self, old: u32, new: u32) -> Result<(), String> {
        let (old, new) = (unwrapped(self.old, old), unwrapped(self.new, new));
        if !self.met.insert((old, new)) {
            return Ok(());
        }
        let same = self.same(old, new);
        if same.is_err() {
            self.met.remove(&(old, new));
        }
        same.map_err(|why| {
            let path = self.old.resolve(old).unwrap().path.to_string();
            if path.is_empty() {
                why
            } else {
                format!("{path}: {why}")
            }
        })
    }

    fn same(&mut self, old: u32, new: u32) -> Result<(), String> {
        let (old, new) = (resolve(self.old, old), resolve(self.new, new));
        if let (Some(old), Some(new)) = (parts(old), parts(new)) {
            return self.all(&old, &new);
        }
        match (old, new) {
            (TypeDef::Variant(old), TypeDef::Variant(new)) => {
                // The new release may have more variants: nobody has stored one of them.
                for variant in &old.variants {
                    let mut others = new.variants.iter();
                    let other = others.find(|other| other.index == variant.index);
                    let other = other.ok_or_else(|| format!("no {} any more", variant.name))?;
                    self.all(&of_fields(&variant.fields), &of_fields(&other.fields))
                        .map_err(|why| format!("{}: {why}", variant.name))?;
                }
                Ok(())
            }
            (TypeDef::Sequence(old), TypeDef::Sequence(new)) => {
                self.check(old.type_param.id, new.type_param.id)
            }
            (TypeDef::Array(old), TypeDef::Array(new)) if old.len == new.len => {
                self.check(old.type_param.id, new.type_param.id)
            }
            (TypeDef::Compact(old), TypeDef::Compact(new)) => {
                self.check(old.type_param.id, new.type_param.id)
            }
            (TypeDef::BitSequence(old), TypeDef::BitSequence(new)) => {
                self.check(old.bit_store_type.id, new.bit_store_type.id)?;
                self.check(old.bit_order_type.id, new.bit_order_type.id)
            }
            (TypeDef::Primitive(old), TypeDef::Primitive(new)) if old == new => Ok(()),
            (old, new) => Err(format!("{old:?} became {new:?}")),
        }
    }

    fn all(&mut self, old: &[u32], new: &[u32]) -> Result<(), String> {
        if old.len() != new.len() {
            return Err(format!("{} parts became {}", old.len(), new.len()));
        }
        old.iter()
            .zip(new)
            .try_for_each(|(old, new)| self.check(*old, *new))
    }
}

#[cfg(test)]
mod tests {
    use scale_info::{MetaType, Registry, TypeInfo};

    use super::*;

    // None of these is ever constructed: only their shapes are compared.
    #[allow(dead_code)]
    mod before {
        #[derive(scale_info::TypeInfo)]
        pub struct Task {
            pub budget: u64,
            pub children: Vec<Task>,
        }
        #[derive(scale_info::TypeInfo)]
        pub enum Status {
            Queued,
            Running { step: u32 },
        }
    }

    #[allow(dead_code)]
    mod after {
        #[derive(scale_info::TypeInfo)]
        pub struct Budget(pub u64);
        #[derive(scale_info::TypeInfo)]
        pub struct Renamed {
            pub price: Budget,
            pub inner: Vec<Renamed>,
        }
        #[derive(scale_info::TypeInfo)]
        pub struct Longer {
            pub budget: u64,
            pub children: Vec<Longer>,
            pub tip: u64,
        }
        #[derive(scale_info::TypeInfo)]
        pub enum More {
            Queued,
            Running { step: u32 },
            Done,
        }
        #[derive(scale_info::TypeInfo)]
        pub enum Shorter {
            Queued,
        }
        #[derive(scale_info::TypeInfo)]
        pub enum Wider {
            Queued,
            Running { step: u64 },
        }
    }

    fn compare<Old: TypeInfo + 'static, New: TypeInfo + 'static>() -> Result<(), String> {
        let of = |ty: MetaType| {
            let mut registry = Registry::new();
            let id = registry.register_type(&ty).id;
            (PortableRegistry::from(registry), id)
        };
        let (old, old_id) = of(MetaType::new::<Old>());
        let (new, new_id) = of(MetaType::new::<New>());
        Readable::new(&old, &new).check(old_id, new_id)
    }

    #[test]
    fn what_is_encoded_alike_is_readable() {
        compare::<before::Task, before::Task>().unwrap();
        compare::<before::Task, after::Renamed>().unwrap();
        compare::<before::Status, after::More>().unwrap();
    }

    #[test]
    fn what_is_encoded_otherwise_is_not() {
        let longer = compare::<before::Task, after::Longer>().unwrap_err();
        assert!(longer.contains("2 parts became 3"), "{longer}");
        let shorter = compare::<before::Status, after::Shorter>().unwrap_err();
        assert!(shorter.contains("no Running any more"), "{shorter}");
        let wider = compare::<before::Status, after::Wider>().unwrap_err();
        assert!(wider.contains("Running: "), "{wider}");
    }
}
