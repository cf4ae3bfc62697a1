//! Routes with what each asks for: nothing is served that does not say who may have it. [`access`](super::access)
//! enforces it.

use crate::app::App;
use crate::model::Permission;
use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodRouter, on};
use std::sync::Arc;

/// What a route asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Nothing: signing in, health, what the pages look like.
    Open,
    /// The address carries a secret of its own, which the handler compares.
    Secret,
    /// Somebody who is signed in, or a key, with this permission.
    Needs(Permission),
}

/// One route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// `GET` or `POST`.
    pub method: Method,
    /// As in the router: `/posts/{id}`.
    pub path: &'static str,
    /// Who may.
    pub door: Door,
}

/// Routes, while they are listed.
pub struct Routes {
    router: Router<Arc<App>>,
    listed: Vec<Route>,
}

impl Routes {
    /// None yet.
    pub fn new() -> Self {
        Routes {
            router: Router::new(),
            listed: Vec::new(),
        }
    }

    /// A page or a file: changes nothing.
    pub fn get<H: Handler<T, Arc<App>>, T: 'static>(
        self,
        path: &'static str,
        door: Door,
        handler: H,
    ) -> Self {
        self.add(
            Method::GET,
            path,
            door,
            on(axum::routing::MethodFilter::GET, handler),
        )
    }

    /// A deed.
    pub fn post<H: Handler<T, Arc<App>>, T: 'static>(
        self,
        path: &'static str,
        door: Door,
        handler: H,
    ) -> Self {
        self.add(
            Method::POST,
            path,
            door,
            on(axum::routing::MethodFilter::POST, handler),
        )
    }

    fn add(
        mut self,
        method: Method,
        path: &'static str,
        door: Door,
        handler: MethodRouter<Arc<App>>,
    ) -> Self {
        // Of one path: axum joins the methods.
        self.router = self.router.route(path, handler);
        self.listed.push(Route { method, path, door });
        self
    }

    /// The router, and the list of its routes.
    pub fn finish(self) -> (Router<Arc<App>>, Vec<Route>) {
        (self.router, self.listed)
    }
}
